"""The fitted model and its file.

In: the settings and results of a fit. Out: a model file, written and read.

- `model`: what a model is in the library and in a file alike, and its predictions; one fit as its file has it (with
  baseline and provenance), and its versioned JSON; `quantile_model`: several.
- `provenance`: how a model came about; `strict_json`: objects read with every field checked.
- `files`: written whole or not at all; read in any version, and checked.

Versions of the file: it begins with `"schema": "mae-cli/model"` and its version, a whole number from 1 on. Whatever
changes what a reader has to know (a key added, removed or redefined) makes a new version; the program writes the oldest
version that can represent the model, and reads every version up to the latest that it knows. A newer one is refused by
its number, before anything else in it is looked at: only a newer program knows what it says. In a version that it knows
every key is required and no other is allowed: an unknown key is reported by name, as the file is damaged or another
program wrote it. (`training` tells people how the model came about; its `intercept` and `intervals` are optional in
every version.)

- 1: numbers are plain.
- 2: every numeric term has `written`, how its numbers are written; null where they are plain. Several quantiles are a
  list of `models`, with the `calibration` of their prediction interval.
- 3: `target_written` and `weight_written` say of the target and the weights how their numbers are written; null where
  they are plain.
"""

"""The fitted model and its file.

- `linear_model`: what it is in the library and in a file alike, and its predictions.
- `model`: the value of the file (with baseline and provenance), and its versioned JSON.
- `provenance`: how a model came about; `strict_json`: objects read with every field checked.
- `files`: written whole or not at all.

Versions of the file: it begins with `"schema": "mae-cli/model"` and its version, a whole number from 1 on. Whatever
changes what a reader has to know (a key more, a key less, another meaning) makes a new version; this program writes
the first that can say what a model needs, and reads every version up to the latest that it knows. A newer one is
refused by its number, before anything else in it is looked at: only a newer program knows what it says. In a version
that it knows every key has to be there and no other may be: an unknown key means that the file is damaged or that
another program wrote it, and is named. (`training` tells people how the model came about; `intervals` in it, how those
of the coefficients were found, are there in any version, or not.)

- 1: numbers are plain.
- 2: every numeric term has `written`, how its numbers are written; null where they are plain. Several quantiles are a
  list of `models`, with the `calibration` of their prediction interval.
"""

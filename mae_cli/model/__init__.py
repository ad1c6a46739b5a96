"""The fitted model and its file.

- `model`: the value (terms, baseline, provenance), its predictions, and its versioned JSON.
- `provenance`: how a model came about; `strict_json`: objects read with every field checked.
- `files`: written whole or not at all.
"""

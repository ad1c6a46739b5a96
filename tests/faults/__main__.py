"""Write `sentences.txt` anew: `python -m faults` in the directory `tests`."""

from faults.sentences import FILE, faults, listing

FILE.write_text(listing(faults()), encoding="utf-8")

"""Results into text for people and JSON for programs; nothing is computed here beyond the formatting."""

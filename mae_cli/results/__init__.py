"""What use cases return and reports show."""

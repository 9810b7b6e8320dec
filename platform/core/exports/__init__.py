"""What all exports share: how they are ordered, what they say of themselves, and how a sheet is written."""

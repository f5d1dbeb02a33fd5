"""What a message says: its script, its dialect, its intent; offline, and knowing no business."""

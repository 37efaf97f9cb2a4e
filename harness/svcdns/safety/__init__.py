"""Foreign text made safe to show, and credentials removed from all output."""

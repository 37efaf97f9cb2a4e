"""Foreign text made fit to be shown, and credentials kept out of all that is said and written."""

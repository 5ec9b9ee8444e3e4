"""How training clips are drawn, one file each."""

"""A page in the browser that shows what a trained system makes of a recording."""

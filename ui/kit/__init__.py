"""Parts that every page is made of and works with; nothing here imports a page."""

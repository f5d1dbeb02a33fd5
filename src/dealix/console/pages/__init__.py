"""The console's pages, a file for each place of the menu."""

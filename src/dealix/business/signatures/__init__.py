"""Having an agreement signed, and knowing who signed it, who declined and when."""

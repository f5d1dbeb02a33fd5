"""Evidence packs: what a run did, sealed, and provable by anyone without us."""

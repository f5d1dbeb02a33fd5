"""An OpenClaw gateway of this installation: installed by its lock, configured by us."""

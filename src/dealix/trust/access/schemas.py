"""Who acts, as the doors see it; the type lies at the bottom since every layer names an actor."""

from dealix.actors import Actor, system

__all__ = ["Actor", "system"]

"""How facts travel: bundles, enrollment, trust."""

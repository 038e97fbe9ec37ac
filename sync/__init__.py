"""How facts travel: bundles, enrolment, trust."""

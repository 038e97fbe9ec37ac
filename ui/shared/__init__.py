"""Pages and parts that field devices and headquarters both use."""

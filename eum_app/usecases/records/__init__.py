"""Records of sites and cases: state, import."""

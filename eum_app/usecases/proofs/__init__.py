"""HQ's log as a Merkle tree: signed heads, proof slips for outsiders, and witnesses of heads."""

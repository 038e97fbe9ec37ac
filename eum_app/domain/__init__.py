"""Words: values, rules, the chain and clocks. No I/O, no Qt, no SQL, no ciphers but hashing."""

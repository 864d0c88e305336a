//! Every endpoint defined once: path, parameters, texts; validation is derived from the definition.

//! Estimates of what a placement brings: pure, named, versioned methods with their explanation and range.

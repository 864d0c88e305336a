//! The request pipeline and the HTTP edge.

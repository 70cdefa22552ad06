package org.coopmesh.membership.standing;

/** The days of grace have changed for everyone; heard inside the transaction that changed them. */
public record GraceChanged(int days) {}

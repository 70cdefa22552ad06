package org.coopmesh.membership.node;

/** Another key signs the access list from now on. Heard in the same transaction. */
public record ListKeyChanged(String keyId) {}

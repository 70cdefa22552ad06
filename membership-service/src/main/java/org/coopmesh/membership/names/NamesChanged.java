package org.coopmesh.membership.names;

/** Who holds which name, or what it leads to, has changed; heard inside the transaction that changed it. */
public record NamesChanged() {}

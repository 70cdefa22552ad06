package org.coopmesh.membership.access;

/** A version of the list was made; after the commit the streams wake. */
record ListPublished(long version) {}

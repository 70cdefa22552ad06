package org.coopmesh.wrong.stray;

import org.springframework.stereotype.Repository;

/** A repository that everybody sees, in a capability that has no place in the order. */
@Repository
public class PublicTable {}

package org.coopmesh.membership.node;

/** The owner or the site is not known. */
public class PlaceUnknown extends RuntimeException {
    PlaceUnknown(String message) {
        super(message);
    }
}

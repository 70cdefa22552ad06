package org.coopmesh.membership.node;

/** The code is on a box that nobody has claimed yet; it will be good once somebody has. */
public class NotClaimed extends RuntimeException {
    NotClaimed() {
        super("nobody has claimed this node yet; it is let in as soon as its owner has");
    }
}

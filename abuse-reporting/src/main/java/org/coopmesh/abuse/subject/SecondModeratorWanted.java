package org.coopmesh.abuse.subject;

/** The co-op wants two for a look-up: it waits until another moderator agrees. */
public class SecondModeratorWanted extends RuntimeException {
    SecondModeratorWanted() {
        super("another moderator has to agree first; then ask again");
    }
}

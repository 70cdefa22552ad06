package org.coopmesh.abuse.casework;

/** The moderator stands too near to the case: their own report, themselves, their household or a direct neighbour. */
public class ConflictOfInterest extends RuntimeException {
    public ConflictOfInterest(String why) {
        super("conflict of interest: " + why);
    }
}

package org.coopmesh.abuse.casework;

/** The moderator stands too near to the case: their own report, themselves or their household. */
public class ConflictOfInterest extends RuntimeException {
    public ConflictOfInterest(String why) {
        super("conflict of interest: " + why);
    }
}

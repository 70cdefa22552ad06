package org.coopmesh.membership.member;

/** More people have applied within the hour than the co-op expects; someone may be playing. */
class TooManyApplications extends RuntimeException {
    TooManyApplications() {
        super("too many applications at once; please try again in an hour");
    }
}

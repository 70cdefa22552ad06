package org.coopmesh.billing.directdebit;

/** Which of a mandate's collections it is, in the scheme's own codes. */
enum Sequence {
    /** The first of several; banks need no longer be told since November 2016. */
    FRST,
    /** One of several. */
    RCUR,
    /** The only one. */
    OOFF,
    /** The last of several; a mandate ends as well without it. */
    FNAL
}

package org.coopmesh.nodeagent.collector;

import java.util.Locale;

/** Why something from the link was not taken; its code stands in the log. */
enum Objection {
    ANSWER_TOO_LONG,
    ANSWER_BOMB,
    ANSWER_TRUNCATED,
    ANSWER_MALFORMED,
    ANSWERS_TOO_MANY,
    ADDRESS_MALFORMED,
    COUNT_OUT_OF_RANGE,
    HOSTNAME_MALFORMED,
    ID_MALFORMED,
    /** One answer names two routers. */
    IDS_DIFFER,
    /** A router's id came from another address than the one it is known by. */
    ID_TAKEN,
    /** One address speaks for two routers. */
    SOURCE_TAKEN,
    SOURCE_OUT_OF_SCOPE,
    NEIGHBOURS_TOO_MANY,
    ROUTERS_TOO_MANY,
    REQUESTS_TOO_MANY,
    INTERFACE_ABSENT,
    SOCKET_REFUSED;

    String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

package org.coopmesh.abuse.casework;

import java.util.UUID;

/** The moderator logged no such hours. */
class HoursNotFound extends RuntimeException {
    HoursNotFound(UUID id) {
        super("no hours " + id);
    }
}

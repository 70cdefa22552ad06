package org.coopmesh.abuse.appeal;

/** There is no such appeal. */
public class AppealNotFound extends RuntimeException {
    AppealNotFound(AppealId id) {
        super("no appeal " + id);
    }
}

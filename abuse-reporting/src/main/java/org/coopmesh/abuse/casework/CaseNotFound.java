package org.coopmesh.abuse.casework;

import org.coopmesh.abuse.subject.CaseId;

/** No such case was ever opened. */
public class CaseNotFound extends RuntimeException {
    CaseNotFound(CaseId id) {
        super("no case " + id);
    }
}

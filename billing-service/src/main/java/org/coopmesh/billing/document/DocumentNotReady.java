package org.coopmesh.billing.document;

import java.util.UUID;

/** The document is not drawn up yet. */
final class DocumentNotReady extends RuntimeException {
    DocumentNotReady(UUID id) {
        super("document " + id + " is not drawn up yet");
    }
}

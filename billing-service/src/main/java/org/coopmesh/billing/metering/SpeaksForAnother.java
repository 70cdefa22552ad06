package org.coopmesh.billing.metering;

/** A node sent what only another node may say: its certificate names one node, its key or its reports another. */
class SpeaksForAnother extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpeaksForAnother(String field) {
        super(field + ": is not of the node that the certificate names");
    }
}

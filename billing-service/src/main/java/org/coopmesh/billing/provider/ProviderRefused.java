package org.coopmesh.billing.provider;

import tools.jackson.databind.JsonNode;

/** The provider answered, and would not. */
class ProviderRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient JsonNode answer;

    ProviderRefused(Provider provider, int status, String why, JsonNode answer) {
        super(provider.code() + " refused: " + why);
        this.status = status;
        this.answer = answer;
    }

    int status() {
        return status;
    }

    JsonNode answer() {
        return answer;
    }
}

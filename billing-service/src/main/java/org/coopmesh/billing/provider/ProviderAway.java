package org.coopmesh.billing.provider;

/** The provider does not answer now; asking again later is right. */
class ProviderAway extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProviderAway(Provider provider, String why) {
        super(provider.code() + " does not answer: " + why);
    }
}

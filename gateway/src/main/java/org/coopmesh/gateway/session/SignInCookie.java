package org.coopmesh.gateway.session;

/** The cookie of membership-service's sign-in page: the only one that passes through to a part, and only below /id. */
public final class SignInCookie {
    public static final String NAME = "coopmesh-id";
    static final String PATH = "/id";

    private SignInCookie() {}
}

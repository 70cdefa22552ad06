package org.coopmesh.gateway.routing;

/** A service behind the gateway. */
public enum Part {
    MEMBERSHIP,
    BILLING,
    ABUSE;

    /** As it stands in JSON and in logs. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

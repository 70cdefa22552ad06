package org.coopmesh.membership.node;

/** No prefix is free in the co-op's address pools. */
public class PoolsExhausted extends RuntimeException {
    PoolsExhausted(String message) {
        super(message);
    }
}

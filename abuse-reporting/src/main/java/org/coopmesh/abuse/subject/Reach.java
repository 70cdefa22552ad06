package org.coopmesh.abuse.subject;

import java.math.BigInteger;

/** How much a target covers at present: people, their attachments, and addresses. */
public record Reach(int members, int attachments, BigInteger addresses) {}

package org.coopmesh.billing.invoice;

import java.util.UUID;

/** One invoice. Its number is for people. */
public record InvoiceId(UUID value) {}

package org.coopmesh.mail;

/**
 * A file that goes with a mail.
 *
 * @param name of the file, such as {@code 2026-000001.pdf}
 * @param type such as {@code application/pdf}
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
public record Enclosure(String name, String type, byte[] bytes) {}

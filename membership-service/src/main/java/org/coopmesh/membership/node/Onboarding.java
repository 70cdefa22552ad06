package org.coopmesh.membership.node;

import io.nayuki.qrcodegen.QrCode;

/**
 * What a new node needs, in one line that the agent's {@code enrol} takes, and as a QR code of it.
 *
 * @param invitation {@code coopmesh:enrol?membership=…&billing=…&ca=…&code=…}
 */
record Onboarding(String invitation) {
    private static final int QUIET = 4;

    /**
     * A QR code to be drawn: a square of {@code side} units, quiet zone included, white, and this path on it, black.
     *
     * @param path in the language of SVG
     */
    record Drawing(int side, String path) {}

    /** Where to call, whom to trust there, and the code. */
    static Onboarding of(String membership, String billing, String caFingerprint, String code) {
        return new Onboarding(
                "coopmesh:enrol?membership=%s&billing=%s&ca=%s&code=%s"
                        .formatted(membership, billing, caFingerprint, code));
    }

    Drawing drawing() {
        QrCode code = QrCode.encodeText(invitation, QrCode.Ecc.MEDIUM);
        var path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append("M%d,%dh1v1h-1z".formatted(x + QUIET, y + QUIET));
                }
            }
        }
        return new Drawing(code.size + 2 * QUIET, path.toString());
    }

    /** Never in a log: there is a code in it. */
    @Override
    public String toString() {
        return "Onboarding[…]";
    }
}

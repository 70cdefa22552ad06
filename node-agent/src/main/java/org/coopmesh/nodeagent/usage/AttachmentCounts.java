package org.coopmesh.nodeagent.usage;

/**
 * What one attachment moved in one window, seen from the attachment: down is towards it.
 *
 * @param own false where the attachment belongs to another node and its bytes were only carried
 * @param totalDown internet and local since the window's boot id began
 * @param totalUp internet and local since the window's boot id began
 */
public record AttachmentCounts(
        String attachmentId,
        boolean own,
        long internetDown,
        long internetUp,
        long localDown,
        long localUp,
        long packetsDown,
        long packetsUp,
        long totalDown,
        long totalUp) {

    public AttachmentCounts {
        if (internetDown < 0 || internetUp < 0 || localDown < 0 || localUp < 0) {
            throw new IllegalArgumentException("negative bytes for " + attachmentId);
        }
        if (packetsDown < 0 || packetsUp < 0) {
            throw new IllegalArgumentException("negative packets for " + attachmentId);
        }
    }
}

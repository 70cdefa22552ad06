package org.coopmesh.membership.node;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.UUID;
import org.coopmesh.membership.member.MemberId;
import org.coopmesh.membership.member.Membership;
import org.coopmesh.membership.member.SiteFacts;
import org.coopmesh.membership.member.SiteId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What a network operator, or a node's owner, does with nodes. Pages about nodes are read in access, which knows more. */
@RestController
@RequestMapping("/api/nodes")
@PreAuthorize("isAuthenticated()")
class NodeController {
    private static final Logger log = LoggerFactory.getLogger(NodeController.class);

    private final NodeRegister register;
    private final Membership membership;
    private final CertificateAuthority authority;
    private final NodeSettings settings;

    NodeController(
            NodeRegister register,
            Membership membership,
            CertificateAuthority authority,
            NodeSettings settings) {
        this.register = register;
        this.membership = membership;
        this.authority = authority;
        this.settings = settings;
    }

    record NewNode(
            @NotNull UUID ownerId,
            @NotNull UUID siteId,
            @NotBlank @Size(max = 80) String name,
            boolean gateway) {}

    record NewAttachment(@NotNull UUID siteId) {}

    record Reason(@NotBlank @Size(max = 500) String reason) {}

    record NewNodeView(UUID id, EnrolmentView enrolment) {}

    /**
     * What lets a node in; readable this once.
     *
     * @param invitation all of it in one line, as the agent's {@code enrol} takes it
     * @param qr the same to be scanned
     */
    record EnrolmentView(
            String code,
            Instant expiresAt,
            String caFingerprint,
            String membership,
            String billing,
            String invitation,
            QrView qr) {}

    /**
     * A QR code to be drawn.
     *
     * @param side of the white square, in modules, quiet zone included
     * @param path the black of it, in the language of SVG
     */
    record QrView(int side, String path) {}

    record AttachmentView(
            UUID id,
            UUID siteId,
            @Nullable String prefixV4,
            @Nullable String prefixV6,
            @Nullable String routerV4,
            @Nullable String routerV6,
            Instant since) {
        static AttachmentView of(Attachment attachment) {
            return new AttachmentView(
                    attachment.id().value(),
                    attachment.site().value(),
                    orNull(Prefix.textOrEmpty(attachment.prefixV4())),
                    orNull(Prefix.textOrEmpty(attachment.prefixV6())),
                    orNull(attachment.routerV4()),
                    orNull(attachment.routerV6()),
                    attachment.since());
        }

        private static @Nullable String orNull(String text) {
            return text.isEmpty() ? null : text;
        }
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    NewNodeView register(@Valid @RequestBody NewNode node, Authentication caller) {
        var owner = new MemberId(node.ownerId());
        var site = new SiteId(node.siteId());
        requireNetworkOr(caller, owner);
        requireNetworkOrAnswersFor(caller, site);
        return view(register.register(owner, site, node.name(), node.gateway()));
    }

    @PostMapping("/{id}/code")
    @ResponseStatus(HttpStatus.CREATED)
    NewNodeView newCode(@PathVariable UUID id, Authentication caller) {
        return view(register.newCode(owned(id, caller)));
    }

    private NewNodeView view(NodeRegister.Invitation invitation) {
        return new NewNodeView(
                invitation.node().value(),
                view(invitation.code(), invitation.expiresAt(), authority, settings));
    }

    /** What goes to whoever sets a box up. */
    static EnrolmentView view(
            EnrolmentCode code,
            Instant expiresAt,
            CertificateAuthority authority,
            NodeSettings settings) {
        String fingerprint = authority.fingerprint();
        var onboarding =
                Onboarding.of(
                        settings.membershipNodePort(),
                        settings.billingNodePort(),
                        fingerprint,
                        code.text());
        Onboarding.Drawing drawing = onboarding.drawing();
        return new EnrolmentView(
                code.text(),
                expiresAt,
                fingerprint,
                settings.membershipNodePort(),
                settings.billingNodePort(),
                onboarding.invitation(),
                new QrView(drawing.side(), drawing.path()));
    }

    @PostMapping("/{id}/attachments")
    @ResponseStatus(HttpStatus.CREATED)
    AttachmentView attach(
            @PathVariable UUID id,
            @Valid @RequestBody NewAttachment attachment,
            Authentication caller) {
        var site = new SiteId(attachment.siteId());
        requireNetworkOrAnswersFor(caller, site);
        return AttachmentView.of(register.attach(owned(id, caller), site));
    }

    @DeleteMapping("/{id}/attachments/{attachmentId}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void detach(@PathVariable UUID id, @PathVariable UUID attachmentId, Authentication caller) {
        register.detach(owned(id, caller), new AttachmentId(attachmentId));
    }

    @PostMapping("/{id}/retire")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void retire(@PathVariable UUID id, @Valid @RequestBody Reason reason, Authentication caller) {
        register.retire(owned(id, caller), reason.reason());
        told("node retired", id, caller);
    }

    @PostMapping("/{id}/revoke")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void revoke(@PathVariable UUID id, @Valid @RequestBody Reason reason, Authentication caller) {
        register.revoke(owned(id, caller), reason.reason());
        told("node revoked", id, caller);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            @PathVariable UUID id,
            @RequestParam @NotBlank @Size(max = 500) String reason,
            Authentication caller) {
        register.remove(owned(id, caller), reason, new MemberId(UUID.fromString(caller.getName())));
        told("node removed", id, caller);
    }

    private static void told(String what, UUID id, Authentication caller) {
        log.atInfo().addKeyValue("node", id).addKeyValue("by", caller.getName()).log(what);
    }

    /** The node, if the caller may act on it: a network operator on any, an owner on their own. */
    private NodeRecordId owned(UUID id, Authentication caller) {
        var record = new NodeRecordId(id);
        requireNetworkOr(caller, register.find(record).about().owner());
        return record;
    }

    private static void requireNetworkOr(Authentication caller, MemberId owner) {
        if (!isNetwork(caller) && !caller.getName().equals(owner.toString())) {
            throw new AccessDeniedException("only the owner or a network operator");
        }
    }

    private void requireNetworkOrAnswersFor(Authentication caller, SiteId site) {
        boolean own =
                membership
                        .site(site)
                        .map(SiteFacts::memberId)
                        .filter(member -> caller.getName().equals(member.toString()))
                        .isPresent();
        if (!isNetwork(caller) && !own) {
            throw new AccessDeniedException("only who answers for the site, or a network operator");
        }
    }

    private static boolean isNetwork(Authentication caller) {
        return caller.getAuthorities().stream()
                .anyMatch(authority -> "ROLE_network".equals(authority.getAuthority()));
    }

    @ExceptionHandler
    ProblemDetail notFound(NodeNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "node-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notFound(AttachmentNotFound e) {
        return problem(HttpStatus.NOT_FOUND, "attachment-not-found", e);
    }

    @ExceptionHandler
    ProblemDetail notLegal(StepNotLegal e) {
        return problem(HttpStatus.CONFLICT, "step-not-legal", e);
    }

    @ExceptionHandler
    ProblemDetail exhausted(PoolsExhausted e) {
        return problem(HttpStatus.CONFLICT, "pools-exhausted", e);
    }

    @ExceptionHandler
    ProblemDetail unknown(PlaceUnknown e) {
        return problem(HttpStatus.UNPROCESSABLE_CONTENT, "place-unknown", e);
    }

    private static ProblemDetail problem(HttpStatus status, String type, RuntimeException e) {
        var problem = ProblemDetail.forStatusAndDetail(status, e.getMessage());
        problem.setType(URI.create("https://coopmesh.org/problems/" + type));
        return problem;
    }
}

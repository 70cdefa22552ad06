package org.coopmesh.abuse.casework;

import org.coopmesh.abuse.report.Category;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;

/** Lets query parameters use the names on the wire; a name that is none becomes a 400 that says which parameter. */
@Configuration(proxyBeanMethods = false)
class QueueParameters {
    /** A class of its own: of a lambda Spring could not tell what it converts. */
    private static final class ToCategory implements Converter<String, Category> {
        @Override
        public Category convert(String text) {
            return Category.parse(text);
        }
    }

    private static final class ToCaseState implements Converter<String, CaseState> {
        @Override
        public CaseState convert(String text) {
            return CaseState.parse(text);
        }
    }

    private static final class ToOrder implements Converter<String, Casework.Order> {
        @Override
        public Casework.Order convert(String text) {
            return switch (text) {
                case "newest" -> Casework.Order.NEWEST;
                case "due" -> Casework.Order.DUE;
                default -> throw new IllegalArgumentException("order is newest or due");
            };
        }
    }

    @Bean
    Converter<String, Casework.Order> orderReader() {
        return new ToOrder();
    }

    @Bean
    Converter<String, Category> categoryReader() {
        return new ToCategory();
    }

    @Bean
    Converter<String, CaseState> caseStateReader() {
        return new ToCaseState();
    }
}

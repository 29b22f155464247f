import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsOptional,
  IsString,
  Length,
  ValidateIf,
} from 'class-validator';

/** Names that a page gives to what it sends: the same one for a repeat. */
const KEY = [1, 64] as const;
const TEXT = [1, 4_000] as const;
const MAX_UIDS = 50;

export class SayDto {
  @Length(...KEY)
  key!: string;

  @ValidateIf(({ group }: SayDto) => group === undefined)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_UIDS)
  @IsString({ each: true })
  uids?: string[];

  @IsOptional()
  @IsString()
  group?: string;

  @Length(...TEXT)
  text!: string;
}

export class FateDto {
  @IsString()
  id!: string;

  @IsArray()
  @ArrayMaxSize(MAX_UIDS)
  @IsString({ each: true })
  uids!: string[];
}

export class GroupDto {
  @IsString()
  group!: string;
}

export class AskDto {
  @Length(...KEY)
  key!: string;

  @IsString()
  uid!: string;

  @Length(...TEXT)
  question!: string;
}

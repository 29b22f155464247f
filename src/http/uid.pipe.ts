import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { isUid, UID_RULE } from '../protocol/names.js';

/** Lets a uid through; answers 400 to anything else, a connectionId and `all` included. */
@Injectable()
export class UidPipe implements PipeTransform<string, string> {
  transform(uid: string): string {
    if (!isUid(uid)) throw new BadRequestException([`uid must be ${UID_RULE}`]);
    return uid;
  }
}
